#!/usr/bin/env node
// npm links commands when it installs, which in a clone of the repository is before the build: this file is there by then.
import '../dist/cli.js'
