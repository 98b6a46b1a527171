const HOUR = 3_600_000;

/** Start of the hour (epoch ms) that an instant lies in. */
export function hourOf(instant: number): number {
  return instant - (instant % HOUR);
}

/** Traces per project and hour of record_time. */
export class HourCounts {
  private readonly projects = new Map<string, Map<number, number>>();

  add(projectId: string, hour: number, traces: number): void {
    let hours = this.projects.get(projectId);
    if (!hours) {
      hours = new Map();
      this.projects.set(projectId, hours);
    }
    const sum = (hours.get(hour) ?? 0) + traces;
    if (sum === 0) hours.delete(hour);
    else hours.set(hour, sum);
  }

  addAll(rows: Iterable<readonly [string, number, number]>): void {
    for (const [projectId, hour, traces] of rows) this.add(projectId, hour, traces);
  }

  get(projectId: string, hour: number): number {
    return this.projects.get(projectId)?.get(hour) ?? 0;
  }

  /** Hours of a project with at least one trace, ascending. */
  hours(projectId: string): number[] {
    return [...(this.projects.get(projectId)?.keys() ?? [])].sort((a, b) => a - b);
  }

  *rows(): Generator<[string, number, number]> {
    for (const [projectId, hours] of this.projects) {
      for (const [hour, traces] of hours) yield [projectId, hour, traces];
    }
  }

  /** Forgets the hours before an instant. */
  dropBefore(instant: number): void {
    for (const [projectId, hours] of this.projects) {
      for (const hour of hours.keys()) if (hour < instant) hours.delete(hour);
      if (hours.size === 0) this.projects.delete(projectId);
    }
  }
}
