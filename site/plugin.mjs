import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Converter, MinimalSourceFile, ReflectionKind } from 'typedoc'
import { entries } from '../scripts/entries.mjs'
import { root } from '../scripts/steps.mjs'
import { sections } from './pages.mjs'

const languages = { '.ts': 'ts', '.mjs': 'javascript', '.py': 'python' }
export const reference = 'API reference'

/** Puts the pages of the table of contents before the API reference, section by section, and names the modules. */
export function load(app) {
  app.converter.on(Converter.EVENT_BEGIN, ({ project }) => {
    for (const { title, pages } of sections()) for (const page of pages) add(app, project, page, title)
  })

  // A module's name is what programs import.
  const names = new Map(entries().map(({ name, file }) => [join(root, file), name]))
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, ({ project }, reflection) => {
    if (reflection.parent !== project || !reflection.kindOf(ReflectionKind.Module)) return
    const file = project.getSymbolIdFromReflection(reflection)?.fileName
    reflection.name = names.get(file) ?? reflection.name
  })

  // Names of other systems are no members: asked for, they say what there is instead.
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const reflection of project.getReflectionsByKind(ReflectionKind.All))
      if (reflection.comment?.getTag('@deprecated')) project.removeReflection(reflection)
  })

  // Converted last, so that what it takes from packages is theirs; read first.
  const order = ({ project }) => {
    const rank = ({ name }) => (name.startsWith('@') ? 1 : 0)
    const modules = project.categories?.find(({ title }) => title === reference)
    modules?.children.sort((a, b) => rank(a) - rank(b))
  }
  app.converter.on(Converter.EVENT_RESOLVE_END, order, -1000)
}

/** Adds a page and those below it; a program is shown as it is written. */
function add(app, parent, { file, title, summary, children }, section) {
  const path = join(root, file)
  const text = readFileSync(path, 'utf8')
  const language = languages[extname(file)]
  const shown = language ? `# ${file}\n\n\`\`\`${language}\n${text}\n\`\`\`\n` : text
  app.converter.addDocument(parent, new MinimalSourceFile(shown, path), title)
  const page = (parent.documents ?? parent.children).at(-1)
  page.frontmatter = { category: section, ...(summary && { summary }) }
  for (const child of children) add(app, page, child, section)
}
