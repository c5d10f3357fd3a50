import { afterEach, expect, test, vi } from 'vitest'
import { kernel } from './kernel.js'
import { KernelView } from './kernel-view.js'
import type { Status } from './status.js'
import { viewOf } from './views.js'

afterEach(() => void vi.unstubAllGlobals())

interface Content {
  data: Record<string, string>
  transient: { display_id: string }
}

function fakeKernel() {
  const said: [string, Content][] = []
  return { said, broadcast: async (kind: string, content: object) => void said.push([kind, content as Content]) }
}

const status: Status = {
  ...{ lr_finding: false, epoch: 0, n_epoch: 2, training: true, batch: 3, batches: 4, loss: 0.5, lr: 0.01 },
  ...{ batchesPerSecond: 10, samplesPerSecond: 640, secondsLeft: 1, fitSecondsLeft: 5, memory: undefined },
}

test('one display is drawn over, and at the end the table is left', () => {
  const fake = fakeKernel()
  vi.stubGlobal('Deno', { jupyter: fake })
  const view = new KernelView(kernel()!)
  view.show({ what: 'begin', lr_finding: false })
  view.show({ what: 'status', status })
  view.show({ what: 'epoch', row: { epoch: 0, train_loss: 0.5, valid_loss: 0.25, time: 3 }, metricNames: [] })
  view.show({ what: 'end', note: "Ended <early>, that's it" })
  expect(fake.said.map(([kind]) => kind)).toEqual(['display_data', ...Array(3).fill('update_display_data')])
  expect(new Set(fake.said.map(([, content]) => content.transient.display_id)).size).toBe(1)
  const [, during, , after] = fake.said.map(([, { data }]) => data)
  expect(during!['text/html']).toContain('<progress value="0.75"></progress> <code>epoch 1/2  train')
  expect(during!['text/plain']).toMatch(/^epoch 1\/2 {2}━+─+ {2}3\/4 {2}loss 0\.5/)
  expect(after!['text/html']).toMatch(
    /^<table>.*<td style="text-align: right">0\.250000<\/td>.*<\/table>\n<div>Ended &#60;early&#62;, that&#39;s it<\/div>$/,
  )
  expect(after!['text/plain']).toBe(
    "epoch  train_loss  valid_loss  time\n0      0.500000    0.250000    00:03\nEnded <early>, that's it",
  )
  view.show({ what: 'begin', lr_finding: true })
  expect(fake.said.at(-1)![1].transient.display_id).not.toBe(fake.said[0]![1].transient.display_id)
})

test('is chosen in a kernel, where nothing else is asked for', () => {
  expect(kernel()).toBeUndefined()
  vi.stubGlobal('Deno', {
    get jupyter() {
      throw new Error('Deno.jupyter is only available in a notebook')
    },
  })
  expect(kernel()).toBeUndefined()
  vi.stubGlobal('Deno', { jupyter: fakeKernel() })
  expect(viewOf({})).toBeInstanceOf(KernelView)
  expect(viewOf({ stream: { write: () => true } as never })).not.toBeInstanceOf(KernelView)
  expect(viewOf({ renderer: 'plain' })).not.toBeInstanceOf(KernelView)
})

test('in tslab it is the display that its cells can ask for', () => {
  const pages: string[][] = []
  const newDisplay = () => {
    const page: string[] = []
    pages.push(page)
    return { html: (text: string) => void page.push(text) }
  }
  const require = (name: string) => {
    if (name !== 'tslab') throw new Error(`no ${name}`)
    return { newDisplay }
  }
  vi.stubGlobal('__tslab__', { require })
  const view = viewOf({})
  expect(view).toBeInstanceOf(KernelView)
  for (const _ of 'ab') {
    view.show({ what: 'begin', lr_finding: false })
    view.show({ what: 'epoch', row: { epoch: 0, train_loss: 0.5, valid_loss: 0.25, time: 3 }, metricNames: [] })
  }
  expect(pages.map(({ length }) => length)).toEqual([2, 2])
  expect(pages[1]![1]).toContain('<td style="text-align: right">0.250000</td>')
  vi.stubGlobal('__tslab__', { require: () => ({}) })
  expect(kernel()).toBeUndefined()
})
