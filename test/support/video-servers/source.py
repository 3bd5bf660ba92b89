"""Cuts single names out of the source of a package, with the names that these need, and executes nothing else of it."""

import ast
import importlib
import sys
from pathlib import Path

LIBRARIES = {*sys.stdlib_module_names, "pydantic", "fastapi", "typing_extensions"}


class Package:
    """The unpacked files of a package below a folder."""

    def __init__(self, root):
        self.root = root
        self.files = {}

    def file(self, module):
        if module not in self.files:
            path = Path(self.root, *module.split(".")).with_suffix(".py")
            self.files[module] = File(self, module, ast.parse(path.read_text()))
        return self.files[module]


class File:
    """One file, of which names are taken one by one."""

    def __init__(self, package, module, tree):
        self.package = package
        self.module = module
        self.defined = {name: node for node in tree.body for name in names_of(node)}
        self.space = {"__name__": module}

    def take(self, name):
        """Returns the value of a name; fails where it needs a library that is not one of the few."""
        if name not in self.space:
            self.execute(self.defined[name], name)
        return self.space[name]

    def execute(self, node, name):
        """Defines a name by a statement: the file's own, or one that was made of it."""
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self.space[name] = self.imported(node, name)
            return
        for used in ast.walk(node):
            if isinstance(used, ast.Name) and used.id != name and used.id in self.defined:
                self.take(used.id)
        code = compile(ast.Module([ast.fix_missing_locations(node)], []), self.module, "exec")
        exec(code, self.space)

    def imported(self, node, name):
        (alias,) = [one for one in node.names if name_of(one) == name]
        module = alias.name if isinstance(node, ast.Import) else node.module
        if module.split(".")[0] in LIBRARIES:
            found = importlib.import_module(module)
            return found if isinstance(node, ast.Import) else getattr(found, alias.name)
        return self.package.file(module).take(alias.name)


def name_of(alias):
    return alias.asname or alias.name


def names_of(node):
    """Returns the names that a statement defines."""
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [name_of(alias) for alias in node.names]
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [target.id for target in targets if isinstance(target, ast.Name)]
    return []


def make_parser(function, body):
    """Gives a route's function another body, which returns what it has; what it was to return may not be known here."""
    function.decorator_list = []
    function.returns = None
    function.body = [*body, *ast.parse("return locals()").body]
    return function
