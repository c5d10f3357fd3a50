import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, join, relative, resolve } from 'node:path'
import { root } from '../scripts/steps.mjs'

/** The table of contents, which is the site's first page as well. */
export const contents = 'docs/README.md'

const programs = ['.ts', '.mjs', '.py']

/**
 * What the site has beside the API reference, in the order of the table of contents: a heading begins a section, and each line of a list
 * that begins with a link is a page of it. A page brings along what lies in the folder
 * of its name (`errors/` of `errors.md`), and a folder's README.md what lies beside it, pages and programs.
 *
 * @returns {{ title: string, pages: Page[] }[]}
 * @typedef {{ file: string, title: string, summary: string, children: Page[] }} Page files are relative to the repository
 */
export function sections() {
  const text = readFileSync(join(root, contents), 'utf8')
  const listed = text.split(/^## /m).slice(1)
  const named = new Set([...linksOf(contents), contents])
  return listed
    .map(section => ({
      title: section.slice(0, section.indexOf('\n')),
      pages: [...section.matchAll(/^- \[([^\]]+)\]\(([^)#]+)\)(?:: )?(.*)/gm)].map(([, title, path, summary]) =>
        pageOf(join(dirname(contents), path), title, summary, named),
      ),
    }))
    .filter(({ pages }) => pages.length > 0)
}

/** The first heading of a document. */
export function headingOf(file) {
  return readFileSync(join(root, file), 'utf8')
    .match(/^# (.+)$/m)?.[1]
    .replaceAll('`', '')
}

/** The files of the repository that a document links to. */
export function linksOf(file) {
  const text = readFileSync(join(root, file), 'utf8').replace(/^```[\s\S]*?^```/gm, '')
  const targets = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, path]) => path)
  return targets.map(path => relative(root, resolve(root, dirname(file), path)))
}

function pageOf(file, title, summary, named) {
  return { file, title, summary, children: childrenOf(file, named) }
}

/** What comes with a page: what it links to and is no page yet, and the folder of its name, or its own if it is a README.md. */
function childrenOf(file, named) {
  const isProgram = path => programs.includes(extname(path)) && !path.includes('.test.')
  const folder = basename(file) === 'README.md' ? dirname(file) : file.replace(/\.md$/, '')
  const linked = linksOf(file).filter(path => (isProgram(path) || path.endsWith('.md')) && existsSync(join(root, path)))
  const whole = /^(docs|examples|notebooks)(\/|$)/.test(folder) && folder !== file && existsSync(join(root, folder))
  const beside = whole
    ? readdirSync(join(root, folder))
        .sort()
        .map(name => join(folder, name))
        .filter(path => path.endsWith('.md') || isProgram(path))
    : []
  const found = [...new Set([...beside, ...linked])].filter(path => !named.has(path))
  for (const path of found) named.add(path)
  return found.map(path => pageOf(path, path.endsWith('.md') ? (headingOf(path) ?? basename(path)) : basename(path), '', named))
}
