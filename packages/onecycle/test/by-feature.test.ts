import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Ran, runAll } from './run-all.js'
import { root } from './run-program.js'

const folder = join(root, 'examples/by-feature')
const names = readdirSync(folder).flatMap(file => (file.endsWith('.ts') ? [file.slice(0, -3)] : []))
const codeOf = (name: string) => readFileSync(join(folder, `${name}.ts`), 'utf8')
/** Its lines but the first two, which say what it is. */
const linesOf = (name: string) => codeOf(name).split('\n').slice(2)

describe('every example of one feature', () => {
  let ran: Ran[]
  beforeAll(async () => {
    const programs = names.map(name => ({ where: `${name}.ts`, code: codeOf(name) }))
    // The number of threads is decided before there are tensors.
    const apart = programs.filter(({ code }) => code.includes('useBackend('))
    ran = [...(await runAll(programs.filter(program => !apart.includes(program)))), ...(await runAll(apart))]
  }, 480_000)

  it.each(names)('%s reaches what it claims', name => {
    const { error, said } = ran.find(({ where }) => where === `${name}.ts`)!
    expect(error).toBeUndefined()
    expect(said).toMatch(/^\d+ batches, accuracy 0\.9\d+$/m)
  })
})

describe('and shows it alone', () => {
  const others = names.filter(name => name !== 'base')

  it.each(others)('%s is the base with at most twelve lines more, of which at most four are others', name => {
    const [base, own] = [linesOf('base'), linesOf(name)]
    const changed = base.length - longestCommon(base, own)
    expect(changed).toBeLessThanOrEqual(4)
    expect(own.length - base.length).toBeLessThanOrEqual(12)
  })

  it('each says what it is, how it is run, and stands in the list', () => {
    const list = readFileSync(join(root, 'examples/README.md'), 'utf8')
    const listed = new Set([...list.matchAll(/\(by-feature\/([\w-]+)\.ts\)/g)].map(match => match[1]))
    expect([...listed].toSorted()).toEqual(names.toSorted())
    expect(names.length).toBeGreaterThan(12)
    for (const name of names)
      expect(codeOf(name)).toMatch(new RegExp(`^// [A-Z3][^\\n]+\\.\\n// npx tsx examples/by-feature/${name}\\.ts\\n`))
  })
})

/** How many lines two texts have in common, in their order. */
function longestCommon(one: readonly string[], other: readonly string[]): number {
  let before = new Array<number>(other.length + 1).fill(0)
  for (const line of one) {
    const now = [0]
    for (const [i, theirs] of other.entries()) now.push(line === theirs ? before[i]! + 1 : Math.max(before[i + 1]!, now[i]!))
    before = now
  }
  return before.at(-1)!
}
