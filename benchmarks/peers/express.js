// /// script
// dependencies = ["express@5.3.0", "ajv@8.20.0", "pg@8.23.1"]
//
// [tool.peer]
// title = "Express"
// runtime = "node"
// command = ["node", "{app}"]
// workloads = ["hello", "validate", "row"]
// ///
// Express with its JSON body parser, Ajv and pg; ETags and the x-powered-by header are off.
'use strict'

const express = require('express')

const app = express()
app.disable('etag')
app.disable('x-powered-by')

const orderSchema = {
  type: 'object',
  required: ['customer', 'items'],
  properties: {
    customer: {
      type: 'object',
      required: ['name', 'email', 'age'],
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 100 },
        email: { type: 'string', pattern: '^[^@\\s]+@[^@\\s]+$', maxLength: 200 },
        age: { type: 'integer', minimum: 0, maximum: 150 },
      },
    },
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      items: {
        type: 'object',
        required: ['sku', 'quantity', 'price'],
        properties: {
          sku: { type: 'string', pattern: '^[A-Z]-\\d{4}$' },
          quantity: { type: 'integer', minimum: 1, maximum: 999 },
          price: { type: 'number', minimum: 0 },
        },
      },
    },
    note: { type: ['string', 'null'], maxLength: 500 },
    express: { type: 'boolean' },
  },
}
const querySchema = {
  type: 'object',
  required: ['q'],
  properties: {
    q: { type: 'string', minLength: 1, maxLength: 50 },
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
  },
}

function addHello() {
  app.get('/hello', (request, response) => {
    response.json({ message: 'Hello, World!' })
  })
}

function addValidate() {
  const Ajv = require('ajv')
  const orderIsValid = new Ajv({ useDefaults: true }).compile(orderSchema)
  const queryIsValid = new Ajv({ coerceTypes: true, useDefaults: true }).compile(querySchema)
  app.use(express.json())
  app.post('/validate/:id', (request, response) => {
    const id = Number(request.params.id)
    const query = { ...request.query }
    if (!Number.isInteger(id)) return response.status(422).json({ detail: 'id: not an integer' })
    if (!queryIsValid(query)) return response.status(422).json({ detail: queryIsValid.errors })
    const order = request.body
    if (!orderIsValid(order)) return response.status(422).json({ detail: orderIsValid.errors })
    response.json({ id, q: query.q, limit: query.limit, order })
  })
}

function addRow() {
  const { Pool } = require('pg')
  const pool = new Pool({ connectionString: process.env.BENCH_POSTGRES, max: 10 })
  const text = 'select id, title, pages, rating, in_print from bench_row where id = $1'
  app.get('/rows/:id', async (request, response) => {
    const id = Number(request.params.id)
    if (!Number.isInteger(id)) return response.status(422).json({ detail: 'id: not an integer' })
    const { rows } = await pool.query({ name: 'row', text, values: [id] })
    if (rows.length) response.json(rows[0])
    else response.status(404).json({ detail: 'No such row' })
  })
}

const add = { hello: addHello, validate: addValidate, row: addRow }[process.env.BENCH_WORKLOAD]
add()
app.use((error, request, response, next) => {
  response.status(error.status || 500).json({ detail: error.message })
})
app.listen(Number(process.env.BENCH_PORT), '127.0.0.1', 1024)
