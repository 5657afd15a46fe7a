/** What a figure should be. A missed aim is reported and fails nothing: it is a matter of the machine, too. */
export interface Aim {
  readonly relation: 'at least' | 'at most' | 'more than' | 'less than';
  readonly value: number;
}

const SIGNS: Readonly<Record<Aim['relation'], string>> = {
  'at least': '≥',
  'at most': '≤',
  'more than': '>',
  'less than': '<',
};

export function isMet({ relation, value }: Aim, figure: number): boolean {
  switch (relation) {
    case 'at least':
      return figure >= value;
    case 'at most':
      return figure <= value;
    case 'more than':
      return figure > value;
    case 'less than':
      return figure < value;
  }
}

/** As in `aim ≥ 0.80: met`. */
export function formatAim(aim: Aim, figure: number): string {
  const value = Number.isInteger(aim.value) ? String(aim.value) : aim.value.toFixed(2);
  return `aim ${SIGNS[aim.relation]} ${value}: ${isMet(aim, figure) ? 'met' : 'missed'}`;
}
