/**
 * What a session cannot do without, and nothing else: as many threads as it is told, one after the other, each
 * with a TCP and a UDP socket. `node bench/bare-threads.ts`, then a number a line; each is answered by the
 * milliseconds that every thread took, as one line of JSON.
 */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'

const body = `
  const { parentPort } = require('node:worker_threads')
  const tcp = require('node:net').createServer().listen(0, () => {
    const udp = require('node:dgram').createSocket('udp4').bind(0, () => parentPort.postMessage('ready'))
  })`

console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const tookMs: number[] = []
  for (let made = 0; made < Number(line); made += 1) {
    const at = performance.now()
    await once(new Worker(body, { eval: true }), 'message')
    tookMs.push(performance.now() - at)
  }
  console.log(JSON.stringify(tookMs))
}
