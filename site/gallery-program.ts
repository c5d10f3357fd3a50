/** A plot of the gallery: its name, and the lines that make it. */
interface Section {
  name: string
  code: string
}

/** The sections of the gallery's page that have a plot. */
export function sectionsOf(page: string): Section[] {
  return page
    .split(/^### /m)
    .slice(1)
    .flatMap(section => {
      const code = codeOf(section)
      const name = /gallery\/([\w-]+)\.png"><\/picture>/.exec(section)?.[1]
      return code && name ? [{ name, code }] : []
    })
}

/**
 * The gallery as one program: what all sections begin with, and each of them as a function, whose `plot` is kept by its name in what it exports,
 * `plots`. What they import stands at its head, each name once.
 */
export function galleryProgram(page: string): string {
  const setup = codeOf(page)!
  const sections = sectionsOf(page)
  const imports = new Map<string, Set<string>>()
  const types = new Set<string>()
  for (const code of [setup, ...sections.map(({ code }) => code)])
    for (const [line, type, names, from] of code.matchAll(/^import (type )?\{ (.+) \} from '(.+)'\n/gm)) {
      if (type) types.add(line)
      else imports.set(from!, new Set([...(imports.get(from!) ?? []), ...names!.split(', ')]))
    }
  const withoutImports = (code: string) => code.replace(/^import .*\n/gm, '').trim()
  return [
    ...[...imports].map(([from, names]) => `import { ${[...names].join(', ')} } from '${from}'`),
    ...[...types].map(line => line.trim()),
    withoutImports(setup),
    'export const plots = {}',
    ...sections.map(({ name, code }) => `plots['${name}'] = await (async () => {\n${withoutImports(code)}\nreturn plot\n})()`),
  ].join('\n')
}

function codeOf(text: string): string | undefined {
  return /^```ts\n([\s\S]*?)^```/m.exec(text)?.[1]
}
