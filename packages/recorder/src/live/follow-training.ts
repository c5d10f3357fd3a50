import { checkOptions, plainError, show, typeError } from '@onecycle/platform'
import { elementKind } from '../log/element-kind.js'
import { isHistory } from '../part.js'
import type { Act } from './pulse.js'
import { type FollowedTraining, TrainingStory } from './training-story.js'
import { LiveView } from './view/live-view.js'

export type { FollowedTraining } from './training-story.js'

/** See `Dashboard.follow`. */
export function followTraining(training: FollowedTraining, options: { element: HTMLElement }): () => void {
  checkOptions<{ element: HTMLElement }>('Dashboard.follow', options, { element: elementKind })
  if (typeof training?.on !== 'function' || typeof training.pause !== 'function' || !isHistory(training.history))
    throw typeError(
      'wrong-argument',
      `Dashboard.follow takes a training, as connect of 'onecycle/page' gives, but got ${show(training)}.`,
    )
  if (!options.element) throw typeError('not-an-element', `Dashboard.follow needs { element }, ${elementKind.expected}.`)
  const view = new LiveView(options.element, { act: what => act(training, what), share: () => 1 })
  const followed = new TrainingStory(training, () => view.show(followed.story))
  view.show(followed.story)
  return () => {
    followed.close()
    view.close()
  }
}

async function act(training: FollowedTraining, what: Act): Promise<string> {
  if (what === 'checkpoint') throw plainError('no-checkpoint-here', 'The worker keeps checkpoints, and not the page.')
  await training[what]()
  return what === 'resume' ? 'It goes on.' : what === 'pause' ? 'It stands still.' : 'It has ended.'
}
