// A week as it passes in a small company, for pictures: the same at every call, but for the time.
const DAY = 86_400_000;
const PEOPLE = [
  ['anna', '198.51.100.24'],
  ['ravi', '198.51.100.57'],
  ['deploy-bot', '203.0.113.9'],
];
const WORK = [
  ['ECS', 'ecs', ['createServer', 'startServer', 'stopServer', 'resizeServer', 'deleteServer']],
  ['VPC', 'securityGroup', ['createSecurityGroupRule', 'deleteSecurityGroupRule']],
  ['EVS', 'evs', ['createVolume', 'attachVolume', 'deleteVolume']],
  ['RDS', 'instance', ['createInstance', 'restartInstance', 'setBackupPolicy']],
  ['ELB', 'listener', ['createListener', 'updateListener']],
  ['IAM', 'user', ['login', 'login', 'login', 'updateUser']],
];

/** Traces of the seven days before `now` (epoch ms), most of them between 7 and 19 o'clock UTC. */
export function* ordinaryWeek(now) {
  let seed = 7;
  const below = (most) => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed % most;
  };
  const midnight = now - (now % DAY);
  for (let day = -6; day <= 0; day++) {
    const count = [0, 6].includes(new Date(midnight + day * DAY).getUTCDay()) ? 60 : 240;
    for (let i = 0; i < count; i++) {
      const at = below(10) === 0 ? below(DAY) : 7 * 3_600_000 + below(DAY / 2);
      const time = midnight + day * DAY + at;
      const [name, source_ip] = PEOPLE[below(PEOPLE.length)];
      const [service_type, resource_type, operations] = WORK[below(WORK.length)];
      const failed = below(14) === 0;
      const number = 1 + below(12);
      if (time >= now) continue;
      yield {
        time,
        service_type,
        resource_type,
        trace_name: operations[below(operations.length)],
        trace_type: name === 'deploy-bot' ? 'ApiCall' : 'ConsoleAction',
        trace_rating: failed ? (below(12) === 0 ? 'incident' : 'warning') : 'normal',
        code: failed ? '409' : '200',
        resource_name: resource_type === 'user' ? name : `${resource_type}-${number}`,
        resource_id: `${service_type.toLowerCase()}-${1000 + number}`,
        source_ip,
        user: { name, id: name, domain: { name: 'default', id: 'default' } },
      };
    }
  }
}
