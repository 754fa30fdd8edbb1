/** One JSON request to a client's RPC port, on a connection of its own so that none stays open. */

/** An answer over HTTP: its status, headers and JSON, which is undefined when the body is none. */
export interface RpcAnswer {
  status: number
  headers: Headers
  body: unknown
}

const answerWithinMs = 20_000

/** Posts JSON; rejects when nobody listens or no answer comes in time. */
export async function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<RpcAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(answerWithinMs),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A page for people, such as the one of a refusal: its status says enough.
    return undefined
  }
}
