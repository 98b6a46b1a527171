import Alert from '@cloudscape-design/components/alert';
import Checkbox from '@cloudscape-design/components/checkbox';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import { useState } from 'react';
import { listWithoutGateway, type ReceiverForm, subscribe } from '../../api/topics.ts';
import { useConsole } from '../../console-context.ts';
import { Field } from '../../fields.tsx';
import { Question } from '../../question.tsx';
import { texts } from '../../texts/index.ts';
import { useLoad } from '../../use-load.ts';

const words = texts.topics;

/** Adds somebody who gets the messages of a topic. */
export function SubscribeDialog({ urn, onClose }: { urn: string; onClose: (changed: boolean) => void }) {
  const { api } = useConsole();
  const [protocol, setProtocol] = useState('email');
  const [endpoint, setEndpoint] = useState('');
  const [remark, setRemark] = useState('');
  const [batch, setBatch] = useState(false);
  const { value: withoutGateway } = useLoad((signal) => listWithoutGateway(api, signal), '');
  const [form, setForm] = useState<ReceiverForm>('opencts');
  const options = Object.entries(words.protocols).map(([value, label]) => ({ value, label }));
  const forms = (Object.keys(words.forms) as ReceiverForm[]).map((value) => ({
    value,
    label: words.forms[value],
    description: words.formHints[value],
  }));
  const web = protocol === 'http' || protocol === 'https';
  const signed = web && form === 'opencts';
  return (
    <Question
      title={words.subscribe}
      action={words.subscribe}
      onClose={onClose}
      work={async () =>
        void (await subscribe(api, urn, {
          protocol,
          endpoint: endpoint.trim(),
          remark,
          batch: signed && batch,
          form: web ? form : 'opencts',
        }))
      }
    >
      <Field of="protocol" label={words.protocol}>
        <Select
          selectedOption={options.find(({ value }) => value === protocol) ?? null}
          options={options}
          onChange={({ detail }) => setProtocol(detail.selectedOption.value ?? 'email')}
        />
      </Field>
      {withoutGateway?.includes(protocol) && <Alert type="warning">{words.withoutGateway[protocol]}</Alert>}
      {web && (
        <Field of="extension" label={words.form}>
          <Select
            selectedOption={forms.find(({ value }) => value === form) ?? null}
            options={forms}
            triggerVariant="option"
            onChange={({ detail }) => setForm((detail.selectedOption.value ?? 'opencts') as ReceiverForm)}
          />
        </Field>
      )}
      <Field
        of="endpoint"
        label={words.endpoint}
        constraintText={web && !signed ? words.endpointHints.hook : words.endpointHints[protocol]}
      >
        <Input value={endpoint} onChange={({ detail }) => setEndpoint(detail.value)} />
      </Field>
      {web && !signed && <Alert type="info">{words.confirmedByHand}</Alert>}
      {signed && (
        <Checkbox
          checked={batch}
          description={words.batchHint}
          onChange={({ detail }) => setBatch(detail.checked)}
        >
          {words.batch}
        </Checkbox>
      )}
      <Field of="remark" label={`${words.remark} (${texts.common.optional})`}>
        <Input value={remark} onChange={({ detail }) => setRemark(detail.value)} />
      </Field>
    </Question>
  );
}
