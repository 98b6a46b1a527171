import ButtonDropdown, { type ButtonDropdownProps } from '@cloudscape-design/components/button-dropdown';
import { texts } from '../../texts/index.ts';

export interface RowAction<Id extends string> extends ButtonDropdownProps.Item {
  id: Id;
}

interface Props<Id extends string> {
  /** Of what the row shows. */
  name: string;
  items: readonly RowAction<Id>[];
  onChoose: (id: Id) => void;
}

/** What can be done with one row. */
export function RowActions<Id extends string>({ name, items, onChoose }: Props<Id>) {
  return (
    <ButtonDropdown
      variant="inline-icon"
      expandToViewport
      ariaLabel={`${texts.common.actions}: ${name}`}
      items={items}
      onItemClick={({ detail }) => onChoose(detail.id as Id)}
    />
  );
}
