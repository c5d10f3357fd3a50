import { Plot } from '@onecycle/plot'
import { compare_losses, compare_schedules, emptyHistory, Recorder } from '@onecycle/recorder'

/** Draws plots where nobody sees them, so that what draws them is loaded and quick before a training begins. */
export async function warmUp(): Promise<void> {
  const place = document.createElement('div')
  place.ariaHidden = 'true'
  Object.assign(place.style, { position: 'absolute', left: '-9999px', top: '0', width: '320px' })
  document.body.append(place)
  const values = [3, 2, 1]
  const history = {
    ...emptyHistory(),
    losses: values,
    smooth_losses: values,
    lrs: values,
    moms: values,
    val_losses: [1],
    nb_batches: [3],
  }
  const search = new Recorder()
  search.lrFind = {
    ...{ lrs: values, losses: values, smooth_losses: values, start_lr: 1, end_lr: 3, num_it: 3 },
    ...{ suggestion: 'valley', suggestions: { valley: { lr: 2, loss: 2 } } },
  }
  const runs = { one: history, other: history }
  const plots = [
    () => compare_losses(runs, { show: false }),
    () => compare_schedules(runs, { show: false }),
    () => search.plot({ show: false }),
  ]
  for (const plot of plots) {
    // In tasks of their own, between which the page answers.
    await new Promise(resolve => setTimeout(resolve))
    const mounted = await new Plot(plot().chart).mount(place)
    mounted.unmount()
  }
  place.remove()
}
