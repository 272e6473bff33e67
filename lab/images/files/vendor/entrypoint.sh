#!/bin/sh
# Stand-in for the vendor's entry point.
exec node /app/stand-in/application.mjs
