import { expect, test } from 'vitest'
import { parseConfig } from './config-file.js'

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
