/** How a file with this name is to be taken, as a header (RFC 6266); whatever is in the name. */
export function contentDisposition(kind: 'attachment' | 'inline', name: string): string {
  const plain = name.replaceAll(/[^\w .()-]/g, '_')
  const exact = encodeURIComponent(name.toWellFormed()).replaceAll(/['()*]/g, (c) => {
    return `%${c.charCodeAt(0).toString(16)}`
  })
  return `${kind}; filename="${plain}"; filename*=UTF-8''${exact}`
}
