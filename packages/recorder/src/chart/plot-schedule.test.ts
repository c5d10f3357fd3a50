import { one_cycle, SchedCos } from '@onecycle/callbacks'
import { expect, it } from 'vitest'
import { plot_schedule } from './plot-schedule.js'

it('draws a panel for each hyper-parameter, with the value of every batch', async () => {
  const plot = plot_schedule(one_cycle({ lr_max: 0.1 }), { steps: 20, show: false })
  expect(plot.chart.panels.map(({ title }) => title)).toEqual(['Learning Rate', 'Momentum'])
  const rates = plot.chart.panels[0]!.series[0]!.points.map(([, lr]) => lr)
  expect([rates.length, rates[0], Math.max(...rates)]).toEqual([20, 0.004, 0.1])
  expect(await plot.svg()).toContain('Momentum')
})

it('takes a single schedule as the learning rate, and values as they are', () => {
  expect(plot_schedule(SchedCos(1, 0), { steps: 4, show: false }).chart.panels[0]!.series[0]!.points).toHaveLength(4)
  expect(plot_schedule({ wd: [1, 2, 3] }, { show: false }).chart.panels[0]).toMatchObject({
    title: 'Weight Decay',
    series: [
      {
        points: [
          [1, 1],
          [2, 2],
          [3, 3],
        ],
      },
    ],
  })
})

it('needs to know how many batches', () => {
  for (const steps of [0, -1, 1.5, Number.NaN])
    expect(() => plot_schedule(SchedCos(1, 0), { steps })).toThrow(/number of batches/)
  expect(() => plot_schedule(SchedCos(1, 0))).toThrow(/steps = undefined/)
})
