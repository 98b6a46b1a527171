import FormField, { type FormFieldProps } from '@cloudscape-design/components/form-field';
import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import { ApiError } from './api/client.ts';
import { useConsole } from './console-context.ts';
import { isDenied, reasonOf } from './denied.ts';
import { Misfilled, type Refusal, refusalOf } from './refusal.ts';
import { toldOf } from './told.ts';
import { asApiError } from './use-load.ts';

interface Fields {
  /** The members that have a field now; each field adds and removes its own. */
  members: Set<string>;
  refusal: Refusal | undefined;
}

const FieldsContext = createContext<Fields | undefined>(undefined);

interface Refusals {
  /** The form, as soon as it is there. */
  form: HTMLFormElement | null;
  /** Its ref. */
  attach: (form: HTMLFormElement | null) => void;
  /** For the context of the fields. */
  fields: Fields;
  /** What no field shows. */
  problem: string;
  /** Tells why it did not succeed; an expired session is asked for anew. */
  refuse: (cause: unknown) => void;
  clear: () => void;
}

/** What was refused of a form: shown, once, at the field that it names, or else above. */
export function useRefusals(): Refusals {
  const { onExpired } = useConsole();
  const [form, attach] = useState<HTMLFormElement | null>(null);
  const [members] = useState(() => new Set<string>());
  const [refusal, setRefusal] = useState<Refusal>();
  const fields = useMemo(() => ({ members, refusal }), [members, refusal]);
  // In a long form it may stand out of sight.
  useEffect(() => {
    if (refusal?.member) form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusal, form]);
  return {
    form,
    attach,
    fields,
    problem: refusal?.member === '' ? refusal.text : '',
    refuse: (cause) => {
      const error = cause instanceof Misfilled ? cause : asApiError(cause);
      if (!(error instanceof ApiError)) setRefusal(refusalOf(error, members));
      else if (error.status === 401) onExpired();
      else if (isDenied(error)) setRefusal({ member: '', text: reasonOf(error) });
      else setRefusal(toldRefusal(error, members));
    },
    clear: () => setRefusal(undefined),
  };
}

function toldRefusal(error: ApiError, members: ReadonlySet<string>): Refusal {
  const { member, text } = refusalOf(error, members);
  return { member, text: toldOf(error, text) };
}

export const FieldsProvider = FieldsContext.Provider;

/** A field of a form. @param props.of the member of the request that it fills */
export function Field({ of, ...props }: FormFieldProps & { of: string }) {
  const fields = useContext(FieldsContext);
  const { members, refusal } = fields ?? {};
  useEffect(() => {
    members?.add(of);
    return () => void members?.delete(of);
  }, [members, of]);
  return <FormField {...props} errorText={refusal?.member === of ? refusal.text : undefined} />;
}
