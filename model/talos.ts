/**
 * The Talos of this client, without a "v": the talosctl that it runs, and what the stand-ins say that they are. talosctl serves one
 * minor version: releases of another one need another client.
 */
export const TALOS = '1.12.0';
