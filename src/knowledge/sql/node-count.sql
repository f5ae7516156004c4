-- Tells: how many nodes are in the database.
-- Rights: reading the product's tables (db_datareader).
-- Never reads: names of nodes, because the columns of tbNode are not public.
-- As a custom report: yes.
SELECT 'clusterbrief:node-count:1' AS Export, '' AS Item, f.Fact, f.Value
FROM (SELECT COUNT(NodeId) AS Nodes FROM tbNode) AS n
CROSS APPLY (VALUES
    ('asked at', CONVERT(nvarchar(40), SYSDATETIMEOFFSET(), 121)),
    ('sees tbVersion', CASE WHEN OBJECT_ID('tbVersion') IS NULL THEN N'no' ELSE N'yes' END),
    ('nodes', ISNULL(CONVERT(nvarchar(40), n.Nodes), N'not visible'))
) AS f (Fact, Value)
