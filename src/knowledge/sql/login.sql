-- Tells: the rights of the login that runs the query; it is the product's login only in a custom report of the product.
-- Rights: none except access to the database.
-- Never reads: the name of the login, and other logins.
-- As a custom report: yes, and only there the query uses the product's own login.
SELECT 'clusterbrief:login:1' AS Export, '' AS Item, f.Fact, f.Value
FROM (SELECT 1 AS One) AS o
CROSS APPLY (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('asked through', ISNULL(CONVERT(nvarchar(128), APP_NAME()), N'none')),
    ('signed in with', ISNULL(CONVERT(nvarchar(40), CONNECTIONPROPERTY('auth_scheme')), N'none')),
    ('sa', CASE WHEN SUSER_SID() = 0x01 THEN N'yes' ELSE N'no' END),
    ('sysadmin', CASE IS_SRVROLEMEMBER('sysadmin') WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('db_owner', CASE IS_MEMBER('db_owner') WHEN 1 THEN N'yes' WHEN 0 THEN N'no' ELSE N'not visible' END),
    ('default schema', ISNULL(CONVERT(nvarchar(128), SCHEMA_NAME()), N'none'))
) AS f (Fact, Value)
