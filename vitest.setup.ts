import fc from 'fast-check'

// The same cases in every run, so that a red build can be repeated. FC_SEED=$RANDOM npm test looks at others.
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20261122) })

// Which backend is the faster one is no matter of chance here, nor of what this machine's user remembers.
process.env['ONECYCLE_TRIAL'] = '0'
