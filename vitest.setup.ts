import fc from 'fast-check'

// The same cases in every run, so that a red build can be repeated. FC_SEED=$RANDOM npm test looks at others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20261122) })
