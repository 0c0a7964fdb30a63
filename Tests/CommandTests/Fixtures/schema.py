"""Holds a JSON Schema to its own meta-schema, and YAML files to it: SCHEMA FILE... Prints what does not fit.

Scalars are taken as YAML 1.2 takes them, which is what editors do: no dates, no sexagesimals, no `no`.
"""
import json
import re
import sys

import jsonschema
import yaml


class Core(yaml.SafeLoader):
    pass


Core.yaml_implicit_resolvers = {}
for tag, pattern, first in [
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?[0-9]+\.[0-9]+", list("-+0123456789")),
]:
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), first)

with open(sys.argv[1]) as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for path in sys.argv[2:]:
    with open(path) as file:
        document = yaml.load(file, Core)
    for error in validator.iter_errors(document):
        where = "/".join(str(part) for part in error.absolute_path)
        print(f"{path.rsplit('/', 1)[-1]}: {where}: {error.message[:200]}")
