"""What PostgreSQL says of roles, owners and privileges in the schema of the workspace."""

RECORDED = "SELECT canon FROM event WHERE stream = 'log' AND kind = 'grants.set' ORDER BY n DESC LIMIT 1"

PLACE_POSTGRES = """SELECT n.nspname, pg_get_userbyid(n.nspowner), d.datname, pg_get_userbyid(d.datdba),
CAST(current_user AS text) FROM pg_namespace n, pg_database d
WHERE n.nspname = current_schema() AND d.datname = current_database()"""
ROLE_POSTGRES = """SELECT rolsuper, rolcreaterole, has_database_privilege(oid, current_database(), 'CONNECT')
FROM pg_roles WHERE rolname = CAST(:role AS name)"""
MEMBER_POSTGRES = """SELECT pg_has_role(a.oid, b.oid, 'MEMBER') FROM pg_roles a, pg_roles b
WHERE a.rolname = CAST(:role AS name) AND b.rolname = CAST(:of AS name)"""

TABLES_POSTGRES = """SELECT c.relname, pg_get_userbyid(c.relowner) FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY c.relname"""
FUNCTIONS_POSTGRES = """SELECT p.proname, pg_get_userbyid(p.proowner) FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = current_schema() AND p.prorettype = CAST('trigger' AS regtype) ORDER BY p.proname"""

# Who may do what, without what the owner of a thing may: (thing, column or NULL, role or PUBLIC, privilege).
ON_SCHEMA_POSTGRES = """SELECT n.nspname, NULL, coalesce(r.rolname, 'PUBLIC'), a.privilege_type FROM pg_namespace n,
aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE n.nspname = current_schema() AND a.grantee <> n.nspowner"""
ON_TABLES_POSTGRES = """SELECT c.relname, NULL, coalesce(r.rolname, 'PUBLIC'), a.privilege_type FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace,
aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.grantee <> c.relowner
UNION ALL
SELECT c.relname, t.attname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute t ON t.attrelid = c.oid,
aclexplode(t.attacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.grantee <> c.relowner"""
ON_FUNCTIONS_POSTGRES = """SELECT p.proname, NULL, coalesce(r.rolname, 'PUBLIC'), a.privilege_type FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace,
aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE n.nspname = current_schema() AND p.prorettype = CAST('trigger' AS regtype) AND a.grantee <> p.proowner"""
TRIGGERS_POSTGRES = """SELECT c.relname, t.tgname, CAST(t.tgenabled AS text) FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND NOT t.tgisinternal ORDER BY t.tgname"""
