export * from './cts-huawei.ts';
export * from './cts-otc.ts';
export * from './iam.ts';
export * from './places.ts';
export { type Cloud, type Json, type Keys, Provider, Refused } from './provider.ts';
export { type Arguments, lives, type Place, planned, type Resource } from './resource.ts';
export * from './smn.ts';
