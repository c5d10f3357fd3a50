import chalk from 'chalk'
import type { Entry } from './entry.js'

/** An entry as a terminal shows it: prose in lines of at most `width` characters, code as it is, further in. */
export function inTerminal({ code, page, title, text }: Entry, width: number): string {
  const parts = text.split(/(^```\w*\n[\s\S]*?^```$)/m).map(part => {
    const fenced = /^```\w*\n([\s\S]*?)\n?```$/.exec(part)
    if (fenced)
      return fenced[1]!
        .split('\n')
        .map(line => (line ? `    ${chalk.cyan(line)}` : line))
        .join('\n')
    return part
      .trim()
      .split(/\n\n+/)
      .map(paragraph => marked(wrapped(paragraph, width)))
      .join('\n\n')
  })
  const where = chalk.dim(`docs/${page}#${code.toLowerCase()}`)
  return [`${chalk.bold(code)}  ${chalk.dim(title)}`, ...parts.filter(Boolean), where].join('\n\n')
}

/** All codes, by the pages they are on. */
export function listInTerminal(entries: readonly Entry[], width: number): string {
  const titles = [...new Set(entries.map(({ title }) => title))]
  return titles
    .map(title => {
      const codes = entries.filter(entry => entry.title === title).map(({ code }) => code)
      return `${chalk.bold(title)}\n${wrapped(codes.join(', '), width)}`
    })
    .join('\n\n')
}

function wrapped(text: string, width: number): string {
  const lines = ['']
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)!
    if (last === '') lines[lines.length - 1] = word
    else if (`${last} ${word}`.replace(/\*\*|`/g, '').length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.join('\n')
}

function marked(text: string): string {
  return text
    .replace(/\*\*([^*]+)\*\*/g, (_, words: string) => chalk.bold(words))
    .replace(/`([^`]+)`/g, (_, words: string) => chalk.cyan(words))
}
