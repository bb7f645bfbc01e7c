// /// script
// dependencies = ["fastify@5.12.8", "pg@8.23.1"]
//
// [tool.peer]
// title = "Fastify"
// runtime = "node"
// command = ["node", "{app}"]
// workloads = ["hello", "validate", "row"]
// ///
// Fastify with JSON schemas for what comes in and what goes out, and pg.
'use strict'

const app = require('fastify')({ logger: false })

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
const idSchema = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'integer' } },
}
const validatedSchema = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    q: { type: 'string' },
    limit: { type: 'integer' },
    order: orderSchema,
  },
}
const rowSchema = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    title: { type: 'string' },
    pages: { type: 'integer' },
    rating: { type: 'number' },
    in_print: { type: 'boolean' },
  },
}

function addHello() {
  const response = { 200: { type: 'object', properties: { message: { type: 'string' } } } }
  app.get('/hello', { schema: { response } }, (request, reply) => {
    reply.send({ message: 'Hello, World!' })
  })
}

function addValidate() {
  const schema = {
    params: idSchema,
    querystring: querySchema,
    body: orderSchema,
    response: { 200: validatedSchema },
  }
  app.post('/validate/:id', { schema }, (request, reply) => {
    const { q, limit } = request.query
    reply.send({ id: request.params.id, q, limit, order: request.body })
  })
}

function addRow() {
  const { Pool } = require('pg')
  const pool = new Pool({ connectionString: process.env.BENCH_POSTGRES, max: 10 })
  const text = 'select id, title, pages, rating, in_print from bench_row where id = $1'
  const schema = { params: idSchema, response: { 200: rowSchema } }
  app.get('/rows/:id', { schema }, async (request, reply) => {
    const { rows } = await pool.query({ name: 'row', text, values: [request.params.id] })
    if (rows.length) return rows[0]
    reply.code(404)
    return { detail: 'No such row' }
  })
}

const add = { hello: addHello, validate: addValidate, row: addRow }[process.env.BENCH_WORKLOAD]
add()
app.listen({ port: Number(process.env.BENCH_PORT), host: '127.0.0.1', backlog: 1024 })
