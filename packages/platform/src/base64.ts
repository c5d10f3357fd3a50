/** Bytes in base64, as data: addresses have them. */
export function toBase64(bytes: Uint8Array): string {
  // So many arguments a call may have everywhere.
  const part = 32_768
  let text = ''
  for (let i = 0; i < bytes.length; i += part) text += String.fromCharCode(...bytes.subarray(i, i + part))
  return btoa(text)
}
