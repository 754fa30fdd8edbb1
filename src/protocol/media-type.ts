/** What a browser or a player may be shown of a torrent, by the ends of file names. */

const video = {
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mkv: 'video/x-matroska',
  webm: 'video/webm',
  avi: 'video/x-msvideo',
  mov: 'video/quicktime',
  mpg: 'video/mpeg',
  mpeg: 'video/mpeg',
  m2v: 'video/mpeg',
  vob: 'video/mpeg',
  ts: 'video/mp2t',
  m2ts: 'video/mp2t',
  mts: 'video/mp2t',
  ogv: 'video/ogg',
  flv: 'video/x-flv',
  wmv: 'video/x-ms-wmv',
  '3gp': 'video/3gpp',
}

const audio = {
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  m4b: 'audio/mp4',
  aac: 'audio/aac',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  wav: 'audio/wav',
  wma: 'audio/x-ms-wma',
  aiff: 'audio/aiff',
  ape: 'audio/x-ape',
  mka: 'audio/x-matroska',
}

/** Of dots only: an SVG can hold a script. */
const image = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
}

const plain = 'text/plain; charset=utf-8'
const text = { txt: plain, nfo: plain, srt: plain, vtt: plain, sub: plain, ass: plain, log: plain, md: plain }

const shown = new Map<string, string>(Object.entries({ ...video, ...audio, ...image, ...text }))
const played = new Set<string>([...Object.keys(video), ...Object.keys(audio)])

/** The type under which a file may be shown; undefined for what is only ever saved. */
export function shownType(name: string): string | undefined {
  return shown.get(endOf(name))
}

/** Whether it is for a player. */
export function isPlayable(name: string): boolean {
  return played.has(endOf(name))
}

function endOf(name: string): string {
  return /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? ''
}
