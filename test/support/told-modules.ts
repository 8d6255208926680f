import { registerHooks } from 'node:module';

/** Loaded into a process before its own modules (`node --import`): says on stderr which modules of packages it loads. */
registerHooks({
  load: (url, context, nextLoad) => {
    const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
    if (name !== undefined) process.stderr.write(`loads ${name}\n`);
    return nextLoad(url, context);
  },
});
