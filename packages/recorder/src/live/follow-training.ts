import type { EndReason } from '@onecycle/callbacks'
import { checkOptions, show } from '@onecycle/platform'
import type { EpochRow, History } from '../history.js'
import { elementKind } from '../log/element-kind.js'
import { isHistory } from '../part.js'
import { eventsOf } from './history-events.js'
import type { Act, Pulse } from './message.js'
import { Story } from './story.js'
import { LiveView } from './view/live-view.js'

/** A training in a worker: what `connect` of `onecycle/page` gives. */
export interface FollowedTraining {
  readonly history: History
  // biome-ignore lint/suspicious/noExplicitAny: each event has its content
  on(event: 'begin' | 'batches' | 'epoch' | 'progress' | 'end' | 'state', hear: (content: any) => void): () => void
  pause(): Promise<unknown>
  resume(): Promise<unknown>
  stop(): Promise<unknown>
}

/** What is heard of it. */
interface Begins {
  readonly lr_finding: boolean
  readonly n_epoch: number
  readonly n_train_iter: number
  readonly metricNames: readonly string[]
}
interface Batches {
  readonly lr_finding: boolean
  readonly first: number
  readonly losses: readonly number[]
  readonly smooth_losses: readonly number[]
  readonly lrs: readonly number[]
  readonly moms: readonly number[]
}
type Progress = Omit<Pulse, 'type' | 'time' | 'state' | 'can'>

/** See `Dashboard.follow`. */
export function followTraining(training: FollowedTraining, options: { element: HTMLElement }): () => void {
  checkOptions<{ element: HTMLElement }>('Dashboard.follow', options, { element: elementKind })
  if (typeof training?.on !== 'function' || typeof training.pause !== 'function' || !isHistory(training.history))
    throw new TypeError(`Dashboard.follow takes a training, as connect of 'onecycle/page' gives, but got ${show(training)}.`)
  if (!options.element) throw new TypeError(`Dashboard.follow needs { element }, ${elementKind.expected}.`)
  const story = new Story()
  const view = new LiveView(options.element, { act: what => act(training, what), share: () => 1 })
  let fit = 0
  let state: Pulse['state'] = 'idle'
  let progress: Progress = {
    lr_finding: false,
    epoch: 0,
    n_epoch: 0,
    training: false,
    iter: 0,
    n_iter: 0,
    train_iter: 0,
    batches: 0,
  }
  const begin = ({ n_epoch, n_train_iter, metricNames }: Omit<Begins, 'lr_finding'>) =>
    story.take({ type: 'fit', time: Date.now(), fit, n_epoch, n_train_iter, metricNames, hyper: {} })
  const pulse = () => {
    const can: Act[] = state === 'idle' ? [] : [state === 'paused' ? 'resume' : 'pause', 'stop']
    story.take({ type: 'pulse', time: Date.now(), state, can, ...progress })
    view.show(story)
  }
  const on = <Content>(event: Parameters<FollowedTraining['on']>[0], hear: (content: Content) => void) => training.on(event, hear)

  const { history } = training
  if (history.losses.length > 0) {
    begin({ n_epoch: 0, n_train_iter: 0, metricNames: history.metricNames })
    for (const event of eventsOf(history, { fit, time: Date.now() })) story.take(event)
    fit++
  }
  const leave = [
    on<Begins>('begin', content => {
      if (!content.lr_finding) begin(content)
    }),
    on<Batches>('batches', ({ lr_finding, ...columns }) => {
      if (!lr_finding) story.take({ type: 'batches', time: Date.now(), fit, ...columns })
    }),
    on<EpochRow>('epoch', row => {
      const batches = training.history.losses.length
      story.take({ type: 'epoch', time: Date.now(), fit, batches, row })
    }),
    on<{ lr_finding: boolean; reason: EndReason }>('end', ({ lr_finding, reason }) => {
      if (!lr_finding) story.take({ type: 'end', time: Date.now(), fit: fit++, reason })
      pulse()
    }),
    on<Progress>('progress', content => {
      progress = content
      pulse()
    }),
    on<string>('state', content => {
      state = content === 'running' || content === 'paused' ? content : 'idle'
      pulse()
    }),
  ]
  view.show(story)
  return () => {
    for (const end of leave) end()
    view.close()
  }
}

async function act(training: FollowedTraining, what: Act): Promise<string> {
  if (what === 'checkpoint') throw new Error('The worker keeps checkpoints, and not the page.')
  await training[what]()
  return what === 'resume' ? 'It goes on.' : what === 'pause' ? 'It stands still.' : 'It has ended.'
}
