declare module 'bittorrent-dht' {
  export default class DHT {
    constructor(options: object)
    destroy(): void
  }
}
