/**
 * Node proves the prime of a Diffie-Hellman group anew for each object that is made of it, which takes 15 ms
 * of CPU, where a key exchange takes one: a peer that connects and sends 96 bytes costs the session as much. One
 * object serves all handshakes (MSE), each with a private key of its own.
 */
import type { Patch } from './patch.ts'

export const oneDiffieHellman: Patch = {
  file: 'bittorrent-protocol/mse.js',
  find: `    if (!this._dh) {
      this._dh = crypto.createDiffieHellman(DH_PRIME, 'hex', DH_GENERATOR)
    }
    return this._dh`,
  replacement: `    const group = (MessageStreamEncryptor.group ??= crypto.createDiffieHellman(DH_PRIME, 'hex', DH_GENERATOR))
    this._dh ??= Buffer.from(randomBytes(20))
    group.setPrivateKey(this._dh)
    return group`,
}
