import { expect, test } from 'vitest'
import { describe as inWords } from '../mount/describe.js'
import { Plot } from '../plot.js'
import { tablePanel } from './table-panel.js'

const columns = ['age', 'a very long name of a column', 'loss']
const rows = [
  ['41', 'something that takes a lot of room in its row, more than there is', '0.1'],
  ['7', 'short', '12'],
]

test('cells stand under their names, and the widest give way', () => {
  const lines = new Plot({ panels: [tablePanel({ title: 'Worst', columns, rows })] })
    .draw({ width: 40, color: false })
    .split('\n')
  expect(lines[0]).toBe('Worst')
  expect(lines[1]).toBe('age  a very long name of a column   loss')
  expect(lines[3]).toBe('41   something that takes a lot o…  0.1')
  expect(lines[4]).toBe('7    short                          12')
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40)
})

test('names of columns take more lines where there is no room for one, and are whole', () => {
  const names = ['sample', 'AverageMonthlySpending', 'number_of_support_calls', 'loss']
  const panel = tablePanel({ columns: names, rows: [['1', '100.5', '2', '0.3']] })
  const lines = new Plot({ panels: [panel] }).draw({ width: 36, color: false }).split('\n')
  const rule = lines.findIndex(line => line.startsWith('─'))
  expect(rule).toBeGreaterThan(1)
  const words = lines.slice(0, rule).join(' ').match(/\S+/g)!
  for (const word of ['sample', 'Average', 'Monthly', 'Spending', 'number_of_', 'support_', 'calls', 'loss'])
    expect(words).toContain(word)
  expect(lines[rule - 1]!.split(/\s+/)).toEqual(['sample', 'Spending', 'calls', 'loss'])
})

test('is as high as it has rows, and says so in words', async () => {
  const panel = tablePanel({ columns, rows })
  const { spec } = new Plot({ panels: [panel] })
  expect(spec['height']).toBe(66)
  const svg = await new Plot({ panels: [panel] }).svg()
  for (const word of ['41', 'short', 'loss']) expect(svg).toContain(`>${word}</text>`)
  expect(inWords({ panels: [panel] })).toBe('a table of 2 rows with age, a very long name of a column, loss.')
})

test.each([
  [{ columns, rows: [['41']] }, /each row must have a cell for each of the 3 columns/],
  [{ columns: [], rows: [] }, /0 columns/],
  [{ columns, rows: [[1, 2, 3]] }, /rows must be a list/],
  [{ columns, lines: rows }, /no option lines/],
])('%o is refused', (options, words) => {
  expect(() => tablePanel(options as never)).toThrow(words)
})
