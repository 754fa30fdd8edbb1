/** What the engine tells of a torrent. */
export interface TorrentEvents {
  /** The piece is on disk and hashes as it should. */
  onVerified(index: number): void
  /** Metadata arrived whose hash fits; nothing else of it was checked. */
  onMetadata(rawInfo: Uint8Array): void
  /** It can exchange pieces from now on. */
  onReady(): void
  /** It is closed for good, with what its store or the engine threw. */
  onFailed(error: unknown): void
  onDownloaded(bytes: number): void
  onUploaded(bytes: number): void
}
