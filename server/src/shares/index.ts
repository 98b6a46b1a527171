export { FairQueue, type FairQueueOptions, type QueueLoad } from './fair-queue.ts';
