import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { weightsOf } from '../model/parameters.js'
import { adam } from '../optimizer/index.js'
import { findPython } from '../testing/python.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { mlp, points, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

const { missing, run } = findPython('python')

/** Names, types, shapes and values of each file, and its metadata, by the format's own library. */
const reader = `
import json, sys
from safetensors import safe_open
from safetensors.numpy import load_file

def whole(path):
    tensors = {name: [str(each.dtype), list(each.shape), each.ravel().tolist()] for name, each in load_file(path).items()}
    with safe_open(path, framework='numpy') as file:
        return {'tensors': tensors, 'metadata': file.metadata()}

print(json.dumps([whole(path) for path in sys.argv[1:]]))
`

interface File {
  tensors: Record<string, [type: string, shape: number[], values: number[]]>
  metadata: Record<string, string>
}

describe.skipIf(missing)(`what is saved, as Python's safetensors reads it${missing ? ` left out: ${missing}` : ''}`, () => {
  it('has weights, the memory of the optimizer and the state of a fit as docs/checkpoint.md says', async () => {
    const folder = await temporaryFolder()
    const learn = new Learner(points(), mlp(), { optimizer: adam(), progress: false, log: false, seed: 1 })
    await learn.fit(1e-2, 1, { resume: folder })
    const saved = await learn.save(join(folder, 'whole'), { metadata: { made_by: 'ours' } })
    const plain = await learn.save(join(folder, 'weights'), { with_opt: false })
    const [whole, weights, run_] = (await run(reader, [saved, plain, join(folder, 'fit-0.safetensors')])) as [File, File, File]

    const own = weightsOf(learn.model).map(({ name, variable }) => [name, variable] as const)
    for (const [name, variable] of own) {
      const wanted = ['float32', variable.shape, [...variable.dataSync()]]
      for (const file of [whole, weights, run_]) expect(file.tensors[`model.${name}`]).toEqual(wanted)
    }
    expect(Object.keys(weights.tensors)).toHaveLength(own.length)
    const { parameters, rule } = JSON.parse(whole.metadata['optimizer']!)
    expect(rule).toBe('adam')
    const slots = Object.keys(whole.tensors).filter(name => name.startsWith('optimizer.0.kernel.'))
    expect(slots).toHaveLength(2)
    for (const slot of slots) expect(whole.tensors[slot]!.slice(0, 2)).toEqual(['float32', [2, 8]])
    expect(parameters['0.kernel']).toMatchObject({ steps: 2 })
    expect(whole.metadata).toMatchObject({ format: 'onecycle-checkpoint-2', made_by: 'ours', checksum: expect.any(String) })
    expect(JSON.parse(run_.metadata['run']!)).toMatchObject({ fit: { n_epoch: 1 }, ended: 'completed' })
  })
})
