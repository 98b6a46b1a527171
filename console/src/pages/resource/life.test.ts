import { expect, test } from 'vitest';
import { lifeOf } from './life.ts';

const at = (value: string, first_time: number, last_time = first_time) => ({ value, first_time, last_time });

test.each([
  ['createServer', 'ecs'],
  ['createServerV21', 'ecs'],
  ['RunInstances', 'instance'],
  ['registerImage', 'image'],
  ['ImportKeyPair', 'key-pair'],
  ['AllocateAddress', 'address'],
  ['batchCreateVolumes', 'volume'],
  ['createDMSInstance', 'instance'],
  ['createGroup', 'scaling_group'],
])('%s makes a resource of type %s', (name, type) => {
  expect(lifeOf([at(name, 7, 9)], type)).toEqual({ created: { name, time: 7 } });
});

test.each([
  ['deleteServer', 'ecs'],
  ['TerminateInstances', 'instance'],
  ['ReleaseAddress', 'address'],
  ['deregisterImage', 'image'],
])('%s unmakes a resource of type %s', (name, type) => {
  expect(lifeOf([at(name, 7, 9)], type)).toEqual({ deleted: { name, time: 9 } });
});

test.each([
  ['createSnapshot', 'volume'],
  ['createTags', 'instance'],
  ['runCommand', 'instance'],
  ['putObject', 'object'],
  ['createdServer', 'ecs'],
  ['create', 'ecs'],
  ['deleteNic', 'ecs'],
  ['removeTag', 'ecs'],
  ['deleteMetadata', 'server'],
  ['detachVolume', 'volume'],
])('%s says nothing about the life of a resource of type %s', (name, type) => {
  expect(lifeOf([at(name, 7)], type)).toEqual({});
});

test('the oldest creation and the newest deletion count; what was made again is not deleted', () => {
  const operations = [at('createServerV2', 3), at('createServer', 1, 2), at('deleteServer', 4, 8)];
  expect(lifeOf(operations, 'ecs')).toEqual({
    created: { name: 'createServer', time: 1 },
    deleted: { name: 'deleteServer', time: 8 },
  });
  expect(lifeOf([...operations, at('createServer', 1, 9)], 'ecs').deleted).toBeUndefined();
  expect(lifeOf([at('DELETE.OBJECT', 1), at('GET.OBJECT', 2)], 'object').deleted).toBeDefined();
  expect(lifeOf([at('DELETE.OBJECT', 1), at('PUT.OBJECT', 0, 2)], 'object').deleted).toBeUndefined();
});
