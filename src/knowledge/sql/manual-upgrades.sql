-- Tells: how often each step of the manual upgrade was audited, without dates, because the audit's date column is not public.
-- Rights: reading the product's tables (db_datareader).
-- Never reads: notes, users, and all other audits.
-- As a custom report: yes.
SELECT 'clusterbrief:manual-upgrades:1' AS Export, N'' AS Item, f.Fact, f.Value
FROM (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('items', (SELECT CONVERT(nvarchar(40), COUNT(*)) FROM (SELECT DISTINCT Action FROM tbAudit WHERE Action IN ('CANCEL', 'COMPLETED', 'GENERATE DB SCRIPT', 'GENERATE UPGRADE ZIP', 'STAGING TEST', 'STARTED', 'VERIFY DELTAS') AND AuditTypeId IN (SELECT AuditTypeId FROM tbAudit WHERE Action IN ('GENERATE DB SCRIPT', 'GENERATE UPGRADE ZIP', 'STAGING TEST', 'VERIFY DELTAS'))) AS n))
) AS f (Fact, Value)
UNION ALL
SELECT 'clusterbrief:manual-upgrades:1', a.Step, f.Fact, f.Value
FROM (
    SELECT CONVERT(nvarchar(100), Action) COLLATE DATABASE_DEFAULT AS Step, COUNT(*) AS Times
    FROM tbAudit
    WHERE Action IN ('CANCEL', 'COMPLETED', 'GENERATE DB SCRIPT', 'GENERATE UPGRADE ZIP', 'STAGING TEST', 'STARTED', 'VERIFY DELTAS')
        AND AuditTypeId IN (SELECT AuditTypeId FROM tbAudit WHERE Action IN ('GENERATE DB SCRIPT', 'GENERATE UPGRADE ZIP', 'STAGING TEST', 'VERIFY DELTAS'))
    GROUP BY Action
) AS a
CROSS APPLY (VALUES
    ('times', ISNULL(CONVERT(nvarchar(40), a.Times), N'not visible'))
) AS f (Fact, Value)
