import { expect, test } from 'vitest'
import { Plot } from '../plot.js'
import { vegaLiteErrors } from '../testing/vega-lite-errors.js'
import { barPanel } from './bar-panel.js'
import { heatPanel } from './heat-panel.js'
import { picturesPanel } from './pictures-panel.js'
import { tablePanel } from './table-panel.js'

const categories = ['cat', 'dog']
const axes = { x: { label: 'Predicted', categories }, y: { label: 'Actual', categories } }
const values = [
  [9, 1],
  [2, Number.NaN],
]
const many = Array.from({ length: 60 }, (_, r) => Array.from({ length: 70 }, (_, c) => r + c))
const dots = { values: [0, 1, 0.5, 0.25], shape: [2, 2, 1] as const, caption: ['cat', '0.9'] }

const panels = {
  'a heat map with text': heatPanel({ title: 'Confusion', ...axes, values, text: values.map(row => row.map(String)) }),
  'one with a legend': heatPanel({ ...axes, values, scale: 'diverging', label: 'difference' }),
  'one that is a picture': heatPanel({
    x: { label: 'Batches', integer: true },
    y: { label: 'Value', span: [-1, 1] },
    values: many,
  }),
  'bars that stand': barPanel({ x: axes.x, y: { label: 'loss' }, bars: { before: [1, Number.NaN], after: [-2, 3] } }),
  'bars that lie': barPanel({ x: { label: 'loss' }, y: axes.y, bars: { loss: [1, 4] } }),
  'a table': tablePanel({ title: 'Worst', columns: ['age', 'loss'], rows: [['41', '0.1']] }),
  'pictures with a legend': picturesPanel({ pictures: [dots, dots], legend: [{ name: 'cat', color: '#2c4a9a' }] }),
}

test.each(Object.entries(panels))(
  '%s is valid Vega-Lite, alone and beside others, on light and on dark ground',
  async (_, panel) => {
    for (const plot of [
      new Plot({ panels: [panel] }),
      new Plot({ title: 'Both', panels: [panel, panels['a table']], columns: 1 }),
    ])
      for (const theme of ['light', 'dark'] as const) expect(vegaLiteErrors(await plot.vegaLite({ theme }))).toEqual([])
  },
)
