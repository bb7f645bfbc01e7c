// /// script
// dependencies = ["ajv@8.20.0", "pg@8.23.1"]
//
// [tool.peer]
// title = "Node http"
// runtime = "node"
// command = ["node", "{app}"]
// workloads = ["hello", "validate", "row"]
// ///
// Node's own http server, no framework: Ajv validates, pg reads rows by a prepared statement.
'use strict'

const http = require('node:http')
const querystring = require('node:querystring')

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

function answer(response, status, value) {
  const body = JSON.stringify(value)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

function makeHello() {
  return (request, response) => {
    if (request.url !== '/hello') return answer(response, 404, { detail: 'Not Found' })
    answer(response, 200, { message: 'Hello, World!' })
  }
}

function makeValidate() {
  const Ajv = require('ajv')
  const orderIsValid = new Ajv({ useDefaults: true }).compile(orderSchema)
  const queryIsValid = new Ajv({ coerceTypes: true, useDefaults: true }).compile(querySchema)
  const place = /^\/validate\/(\d+)$/
  return (request, response) => {
    const mark = request.url.indexOf('?')
    const path = mark < 0 ? request.url : request.url.slice(0, mark)
    const found = place.exec(path)
    if (!found) return answer(response, 404, { detail: 'Not Found' })
    const query = { ...querystring.parse(mark < 0 ? '' : request.url.slice(mark + 1)) }
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      let order
      try {
        order = JSON.parse(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
      } catch (error) {
        return answer(response, 400, { detail: error.message })
      }
      if (!queryIsValid(query)) return answer(response, 422, { detail: queryIsValid.errors })
      if (!orderIsValid(order)) return answer(response, 422, { detail: orderIsValid.errors })
      answer(response, 200, { id: Number(found[1]), q: query.q, limit: query.limit, order })
    })
  }
}

function makeRow() {
  const { Pool } = require('pg')
  const pool = new Pool({ connectionString: process.env.BENCH_POSTGRES, max: 10 })
  const text = 'select id, title, pages, rating, in_print from bench_row where id = $1'
  const place = /^\/rows\/(\d+)$/
  return async (request, response) => {
    const found = place.exec(request.url)
    if (!found) return answer(response, 404, { detail: 'Not Found' })
    try {
      const { rows } = await pool.query({ name: 'row', text, values: [Number(found[1])] })
      if (rows.length) answer(response, 200, rows[0])
      else answer(response, 404, { detail: 'No such row' })
    } catch (error) {
      answer(response, 500, { detail: 'Internal Server Error' })
    }
  }
}

const make = { hello: makeHello, validate: makeValidate, row: makeRow }[process.env.BENCH_WORKLOAD]
http.createServer(make()).listen(Number(process.env.BENCH_PORT), '127.0.0.1', 1024)
