/** What `seeds/reference` holds and rows of load quote. */
import subjects from '../reference/10_subjects.json' with { type: 'json' };
import currencies from '../reference/11_supported_currencies.json' with { type: 'json' };
import skills from '../reference/13_skills.json' with { type: 'json' };

export const SKILLS = skills;
export const MINOR_UNITS = new Map(currencies.map(({ code, minor_units }) => [code, minor_units]));
const SUBJECTS = new Map(subjects.map(({ id, name }) => [id, name]));

export const subjectName = (id: number): string => SUBJECTS.get(id) ?? '';
