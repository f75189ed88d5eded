// What the control socket of a run and those who connect to it have in common.

/** Its name in the run's folder. */
export const CONTROL_NAME = 'control.sock';
