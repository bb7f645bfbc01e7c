// /// script
// dependencies = ["ws@8.23.0"]
//
// [tool.peer]
// title = "Node ws"
// runtime = "node"
// command = ["node", "{app}"]
// workloads = ["echo"]
// ///
// Node's most used WebSocket server, on Node's own http server.
'use strict'

const http = require('node:http')
const { WebSocketServer } = require('ws')

const server = http.createServer((request, response) => {
  const body = JSON.stringify({ message: 'Hello, World!' })
  response.writeHead(request.url === '/hello' ? 200 : 404, { 'content-type': 'application/json' })
  response.end(body)
})
const sockets = new WebSocketServer({ server, path: '/echo' })

sockets.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})

server.listen(Number(process.env.BENCH_PORT), '127.0.0.1')
