/** A name in lines of at most so many characters, broken where its words end; a longer word is cut, with an ellipsis. */
export function wrapName(name: string, width: number): string[] {
  const lines: string[] = []
  for (const word of wordsOf(name)) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + word.trimEnd().length <= width) lines[lines.length - 1] = line + word
    else lines.push(word)
  }
  return lines.map(line => cutAmid(line.trimEnd(), width))
}

/** The words of a name, each with what ends it. */
function wordsOf(name: string): string[] {
  return name.split(/(?<=[ _./-])|(?<=[a-z0-9])(?=[A-Z])/)
}

/** Characters that a line needs for a name to have so many lines, or fewer. */
export function wrappedWidth(name: string, lines: number): number {
  let width = Math.max(...wordsOf(name).map(word => word.trimEnd().length))
  while (wrapName(name, width).length > lines) width++
  return width
}

/** A name of at most so many characters, with an ellipsis in its middle where it has more. */
export function cutAmid(name: string, most: number): string {
  if (name.length <= most) return name
  const end = Math.floor((most - 1) / 3)
  return `${name.slice(0, most - 1 - end)}…${name.slice(name.length - end)}`
}

/** A text in lines of at most so many characters, broken between words; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
