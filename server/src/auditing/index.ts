export { fit, type OwnTrace } from './fit.ts';
export { isPlainName } from './hide.ts';
export { hideAddress } from './hide-address.ts';
export { type Operation, Operations, readOperation } from './operations.ts';
export { type Concern, Recorder } from './recorder.ts';
export { deletionOf, expiryOf, lifecycleOf, logAnewOf, pauseOf } from './system-actions.ts';
