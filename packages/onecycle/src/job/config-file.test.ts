import { expect, test } from 'vitest'
import { parseConfig, parseSweep } from './config-file.js'

test('a job is read from YAML and from JSON', () => {
  const job = { data: 'churn.csv', y: ['left', 'kind'], layers: [64, 32], lr: 'auto', valid_pct: 0.1 }
  expect(parseConfig('data: churn.csv\ny: [left, kind]\nlayers: [64, 32]\nlr: auto\nvalid_pct: 0.1\n', 'a.yaml')).toEqual(job)
  expect(parseConfig(JSON.stringify(job), 'a.json')).toEqual(job)
  expect(parseConfig('# nothing yet\n', 'a.yaml')).toEqual({})
})

test.each([
  ['data: a.csv\nepoch: 3\n', 'a.yaml:2:1: there is no key epoch. Did you mean epochs?'],
  ['data: a.csv\n\nepochs: 0\n', 'a.yaml:3:9: epochs is 0; expected a whole number of at least 1.'],
  ['lr: slow\n', 'a.yaml:1:5: lr is "slow"; expected auto, or a number above 0.'],
  ['policy: linear', 'a.yaml:1:9: policy is "linear"; expected one of one_cycle, flat_cos, cosine, clr, constant.'],
  ['layers: [8, 0]', 'a.yaml:1:9: layers is [8,0]; expected a list of whole numbers of at least 1.'],
  ['valid_pct: 1', 'a.yaml:1:12: valid_pct is 1; expected a number above 0 and below 1.'],
  ['{"data": 3}', 'a.yaml:1:10: data is 3; expected a text.'],
  ['data: [', 'a.yaml:1:8: Flow sequence'],
  ['- data', 'a.yaml holds ["data"]; expected keys with their values, such as data: churn.csv.'],
])('%j is refused with its line', (text, message) => {
  expect(() => parseConfig(text, 'a.yaml')).toThrow(message)
})

test.each([
  ['# epoch: how many\ndata: a.csv\nepoch: 3\n', 'a.yaml:3:1: there is no key epoch. Did you mean epochs?'],
  ['data: a.csv\ndata: b.csv\n', 'a.yaml:2:1: Map keys must be unique'],
  ['data: a.csv\n\tepochs: 3\n', 'a.yaml:2:'],
  ['data: "a.csv\nepochs: 3\n', 'a.yaml:'],
  ['{\n  "data": "a.csv",\n  "epochs": 3,\n  "seed": -1\n}', 'a.yaml:4:11: seed is -1; expected a whole number of at least 0.'],
  ['layers: 8\n', 'a.yaml:1:9: layers is 8; expected a list of whole numbers of at least 1.'],
  ['metrics:\n  - accuracy\n  - 3\n', 'a.yaml:2:3: metrics is ["accuracy",3]; expected a text, or a list of texts.'],
  ['data: a.csv\nmodel:\n  name: mlp\n', 'a.yaml:3:3: model is {"name":"mlp"}; expected a text.'],
  ['data: a.csv\r\nbs: 6.5\r\n', 'a.yaml:2:5: bs is 6.5; expected a whole number of at least 1.'],
  ['data: a.csv\nlr:\n', 'a.yaml:2:'],
])('%j is refused with the line of the mistake', (text, message) => {
  expect(() => parseConfig(text, 'a.yaml')).toThrow(message)
})

test('a sweep is a job with a space', () => {
  const text =
    'data: a.csv\nspace:\n  lr: { logUniform: [1e-4, 1e-1] }\n  layers: [[8], [16, 8]]\n  epochs: { int: [1, 4] }\n  bs: 16\ntrials: 3\nstrategy: { name: asha, gracePeriod: 2 }\n'
  expect(parseSweep(text, 'a.yaml')).toEqual({
    data: 'a.csv',
    space: { lr: { logUniform: [1e-4, 1e-1] }, layers: [[8], [16, 8]], epochs: { int: [1, 4] }, bs: 16 },
    trials: 3,
    strategy: { name: 'asha', gracePeriod: 2 },
  })
})

test.each([
  ['space:\n  wdth: [1]\n', 'a.yaml:2:3: there is no key wdth that trials could differ in. '],
  [
    'lr: 0.1\nspace:\n  lr: [0.1, 0.2]\n',
    'a.yaml:3:3: lr has one value in this file, and several in its space: leave one of them out.',
  ],
  ['space:\n  bs: [8]\n  lr: { logUniform: [0, 1] }\n', 'a.yaml:3:3: space.lr: logUniform begins at 0; it has to be above 0'],
  ['space:\n  lr: { loguniform: [1, 2] }\n', 'Did you mean logUniform?'],
  ['space:\n  epochs: [3, 0]\n', 'a.yaml:2:3: space.epochs has 0; expected a whole number of at least 1.'],
  [
    'space:\n  epochs: { uniform: [1, 4] }\n',
    'a.yaml:2:3: epochs takes whole numbers; expected a list of them, or { int: [1, 4] }.',
  ],
  ['space:\n  policy: { int: [1, 4] }\n', 'a.yaml:2:3: policy is no number; expected a list of values, each one of one_cycle'],
  ['space:\n  wd: { uniform: [-1, 0.1] }\n', 'a.yaml:2:3: space.wd has -1; expected a number of at least 0.'],
  ['space: [1]\n', 'a.yaml:1:8: space is [1]; expected keys with where their values come from'],
  ['trials: 0\n', 'a.yaml:1:9: trials is 0; expected a whole number of at least 1.'],
  ['trails: 3\n', 'a.yaml:1:1: there is no key trails. Did you mean trials?'],
  ['mode: less\n', 'a.yaml:1:7: mode is "less"; expected one of min, max.'],
])('of a sweep %j is refused with the line of the mistake', (text, message) => {
  expect(() => parseSweep(text, 'a.yaml')).toThrow(message)
})
