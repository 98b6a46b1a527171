import { useEffect, useState } from 'react';
import type { Api } from '../../api/client.ts';
import type { FacetValue } from '../../api/types.ts';

/** Values of a field under the other filters; null asks for nothing. */
export function useFacet(
  api: Api,
  field: Parameters<Api['facet']>[0],
  parameters: Parameters<Api['facet']>[1] | null,
): FacetValue[] {
  const [values, setValues] = useState<FacetValue[]>([]);
  const key = JSON.stringify(parameters);
  useEffect(() => {
    const asked = JSON.parse(key) as Parameters<Api['facet']>[1] | null;
    if (!asked) {
      setValues([]);
      return;
    }
    const abort = new AbortController();
    // A filter without suggestions still works: what went wrong is told by the list itself.
    api.facet(field, asked, abort.signal).then(setValues, () => undefined);
    return () => abort.abort();
  }, [api, field, key]);
  return values;
}
