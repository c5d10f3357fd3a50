// biome-ignore lint/suspicious/noControlCharactersInRegex: what colours a terminal begins with one
const controls = /\u001b\[[0-9;?]*[A-Za-z]/g

/** What a terminal would show in the end: without colours, and of a line that was written over only its last state. */
export function asShown(text: string): string {
  return text
    .replace(controls, '')
    .split('\n')
    .map(line => line.replace(/\r+$/, '').split('\r').at(-1)!)
    .join('\n')
}
