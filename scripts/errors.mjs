// Keeps errors and what is told of them together: `npm run errors` writes into docs/errors which messages each entry is of, and the list of all codes.
// Look at an entry whose messages changed: what it says has to be true of them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './steps.mjs'

/** Where errors are made that are no new ones: what was thrown in a worker is thrown again in its page. */
const thrownAgain = ['packages/platform/src/errors.ts', 'packages/onecycle/src/bridge/errors.ts']

const makers = ['typeError', 'rangeError', 'plainError', 'UsageError']
const builtIn = /^(Error|(Aggregate|Eval|Range|Reference|Syntax|Type|URI)Error)$/
/**
 * All places in the sources where an error is made, and what is wrong with any of them.
 *
 * @param texts `[path, text]` of each file
 * @returns `sites`, each with its code, place and messages, in which … stands for what differs; `complaints`, a sentence each
 */
export async function errorSites(texts = sources().map(file => [file, readFileSync(join(root, file), 'utf8')])) {
  const { default: ts } = await import('typescript')
  const sites = []
  const complaints = []
  const parsed = texts.map(([file, text]) => [file, ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)])
  const codesOfClasses = new Map()
  /** Functions and constants of all files, by package and name: what a message is made by. */
  const declarations = new Map()
  for (const [file, source] of parsed) {
    const note = (name, what) => declarations.set(`${file.split('/')[1]} ${name}`, what)
    for (const statement of source.statements) {
      if (ts.isFunctionDeclaration(statement) && statement.name) note(statement.name.text, statement)
      if (ts.isVariableStatement(statement))
        for (const { name, initializer } of statement.declarationList.declarations)
          if (initializer) note(name.getText(), initializer)
      const code = ts.isClassDeclaration(statement) && /withCode\(\s*this, '([\w-]+)'/.exec(statement.getText())?.[1]
      if (code) codesOfClasses.set(statement.name.text, code)
    }
  }
  for (const [file, source] of parsed) {
    const placeOf = node => `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    const visit = node => {
      if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && ts.isIdentifier(node.expression)) {
        const name = node.expression.text
        if (makers.includes(name)) add(node, node.arguments[0], node.arguments[1])
        else if (name === 'withCode') add(node, node.arguments[1], thrownWith(node))
        else if (ts.isNewExpression(node) && codesOfClasses.has(name))
          sites.push({ code: codesOfClasses.get(name), place: placeOf(node), messages: told(node.arguments[0]) })
        else if (builtIn.test(name)) complaints.push(`${placeOf(node)}: an error without a code`)
      }
      const made =
        ts.isClassDeclaration(node) &&
        node.heritageClauses?.some(({ types }) => builtIn.test(types[0]?.expression.getText() ?? ''))
      if (made && node.name.text !== 'CancelSignal' && !/withCode\(\s*this,|this\.code = code$/m.test(node.getText()))
        complaints.push(
          `${placeOf(node)}: ${node.name.text} has no code: call withCode(this, 'code', ${node.name.text}) in its constructor`,
        )
      ts.forEachChild(node, visit)
    }
    /** What a class of errors says, where it says it itself. */
    const thrownWith = node => {
      let above = node.parent
      while (above && !ts.isConstructorDeclaration(above)) above = above.parent
      let said
      const look = each => {
        if (ts.isCallExpression(each) && each.expression.kind === ts.SyntaxKind.SuperKeyword) said = each.arguments[0]
        ts.forEachChild(each, look)
      }
      if (above) look(above)
      return said
    }
    const add = (node, code, message) => {
      const given = code && ts.isCallExpression(code) && code.expression.getText() === 'codeOf' ? code.arguments[1] : code
      if (!given || !ts.isStringLiteral(given)) {
        if (node.expression.text === 'withCode' && ts.isIdentifier(given)) return // the class takes it
        complaints.push(`${placeOf(node)}: its code is no text that can be looked up`)
      } else if (!/^([a-z]+(-[a-z]+)*|E[A-Z]+)$/.test(given.text)) {
        complaints.push(`${placeOf(node)}: ${given.text} is no code; a code is words, such as 'not-a-count'`)
      } else sites.push({ code: given.text, place: placeOf(node), messages: told(message) })
    }
    const told = message => (message ? said(message).map(tidy).filter(isTelling) : [])
    /** What an expression may say, each with … for what is not known here. */
    const said = (node, depth = 0) => {
      if (depth > 4) return ['…']
      const again = each => said(each, depth + 1)
      if (ts.isParenthesizedExpression(node)) return again(node.expression)
      if (ts.isStringLiteralLike(node)) return [node.text]
      if (ts.isConditionalExpression(node)) return [...again(node.whenTrue), ...again(node.whenFalse)]
      if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
        return again(node.left).flatMap(left => again(node.right).map(right => left + right))
      if (ts.isTemplateExpression(node))
        return [node.head.text + node.templateSpans.map(span => `…${span.literal.text}`).join('')]
      if (ts.isIdentifier(node)) {
        const found = declared(node.text)
        return found && !ts.isFunctionDeclaration(found) ? again(found) : ['…']
      }
      const called = ts.isCallExpression(node) && ts.isIdentifier(node.expression) && declared(node.expression.text)
      return called && ts.isFunctionLike(called) ? returned(called).flatMap(again) : ['…']
    }
    /** What a name stands for, in this file or in this package. */
    const declared = name => {
      let found
      const look = node => {
        if (ts.isVariableDeclaration(node) && node.name.getText() === name) found ??= node.initializer
        ts.forEachChild(node, look)
      }
      look(source)
      return found ?? declarations.get(`${file.split('/')[1]} ${name}`)
    }
    const returned = called => {
      if (called.body && !ts.isBlock(called.body)) return [called.body]
      const found = []
      const look = node => {
        if (ts.isReturnStatement(node) && node.expression) found.push(node.expression)
        else if (!ts.isFunctionLike(node)) ts.forEachChild(node, look)
      }
      if (called.body) ts.forEachChild(called.body, look)
      return found
    }
    if (!thrownAgain.includes(file)) visit(source)
  }
  return { sites, complaints }
}

const tidy = message =>
  message
    .replace(/\s+/g, ' ')
    .replace(/…(\s*…)+/g, '…')
    .trim()

/** Whether it has words of its own. */
const isTelling = message => message.replaceAll('…', '').replace(/[^\p{L}]/gu, '').length > 3

function sources() {
  return readdirSync(join(root, 'packages')).flatMap(name =>
    filesIn(join(root, 'packages', name, 'src')).filter(file => /\.ts$/.test(file) && !/\.test(-d)?\.ts$|\/testing\//.test(file)),
  )
}

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

/**
 * The entries of docs/errors, in the order of their pages.
 *
 * @returns each with its code, its page and that one's title, its text (Markdown without the messages), and the messages that stand in it
 */
export function errorEntries() {
  return pages().flatMap(({ page, title, text }) =>
    text.split(/^(?=## )/m).flatMap(part => {
      const code = /^## (\S+)\n/.exec(part)?.[1]
      if (!code) return []
      const [body, list] = part.slice(part.indexOf('\n') + 1).split(/^<details>[\s\S]*?^```text\n/m)
      const messages = list === undefined ? [] : list.split(/^```$/m)[0].split('\n').filter(Boolean)
      return [{ code, page, title, text: body.trim(), messages }]
    }),
  )
}

function pages() {
  const folder = join(root, 'docs/errors')
  const names = readdirSync(folder)
    .filter(name => name.endsWith('.md') && name !== 'README.md')
    .sort()
  return names.map(name => {
    const text = readFileSync(join(folder, name), 'utf8')
    return { page: `errors/${name}`, title: /^# (.*)$/m.exec(text)[1], file: join(folder, name), text }
  })
}

/** Each code with all its messages, in order, none twice. */
export function messagesByCode(sites) {
  const byCode = new Map()
  for (const { code, messages } of sites) byCode.set(code, [...new Set([...(byCode.get(code) ?? []), ...messages])].sort())
  return byCode
}

/** The part of an entry that is written here. */
function listOf(messages) {
  if (messages.length === 0) return ''
  const summary = messages.length === 1 ? 'The message' : `The ${messages.length} messages`
  return `\n<details><summary>${summary}</summary>\n\n\`\`\`text\n${messages.join('\n')}\n\`\`\`\n\n</details>\n`
}

function write(byCode) {
  for (const { file, text } of pages()) {
    const parts = text.split(/^(?=## )/m).map(part => {
      const code = /^## (\S+)\n/.exec(part)?.[1]
      if (!code) return part
      return `${part.replace(/^<details>[\s\S]*?^<\/details>\n/m, '').trimEnd()}\n${listOf(byCode.get(code) ?? [])}\n`
    })
    writeFileSync(file, `${parts.join('').trimEnd()}\n`)
  }
  const index = join(root, 'docs/errors/README.md')
  writeFileSync(
    index,
    readFileSync(index, 'utf8').replace(/(<!-- codes -->\n)[\s\S]*(<!-- end of codes -->)/, `$1${codesByPage()}$2`),
  )
}

/** All codes, each with a link to its entry, by pages. */
export function codesByPage() {
  const all = errorEntries()
  return pages()
    .map(({ page, title }) => {
      const name = page.replace('errors/', '')
      const codes = all.filter(entry => entry.page === page).map(({ code }) => `[\`${code}\`](${name}#${code.toLowerCase()})`)
      return `**[${title}](${name})**: ${codes.join(', ')}\n\n`
    })
    .join('')
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { sites, complaints } = await errorSites()
  for (const complaint of complaints) console.error(complaint)
  if (complaints.length > 0)
    console.error("Errors: throw typeError('code', message), rangeError or plainError of @onecycle/platform (CONTRIBUTING.md)")
  const byCode = messagesByCode(sites)
  write(byCode)
  const there = new Set(errorEntries().map(({ code }) => code))
  const missing = [...byCode.keys()].filter(code => !there.has(code))
  for (const code of missing)
    console.error(`${code} has no entry in docs/errors: ${sites.find(site => site.code === code).place}`)
  console.log(`${sites.length} errors, ${byCode.size} codes, ${there.size} entries`)
  process.exitCode = complaints.length + missing.length > 0 ? 1 : 0
}
