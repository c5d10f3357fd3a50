/** What lies at an address. @throws Error when the answer is no success */
export async function fetchBytes(source: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(source)
  if (!response.ok) throw new Error(`${source} answers ${response.status} ${response.statusText}`.trim())
  return new Uint8Array(await response.arrayBuffer())
}
