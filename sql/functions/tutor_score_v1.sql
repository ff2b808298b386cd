-- A mean of two reviews says less than one of two hundred: every tutor starts with five reviews of 4.0, so that one friendly review
-- does not win. Words weigh more than stars: who searches for Latin wants Latin.
CREATE OR REPLACE FUNCTION tutor_score(p_search_vector tsvector, p_query tsquery, p_average_rating numeric, p_total_reviews integer) RETURNS numeric
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN round(
  CASE WHEN p_query IS NULL OR numnode(p_query) = 0 THEN 0 ELSE 10 * ts_rank(p_search_vector, p_query, 1)::numeric END
  + (coalesce(p_average_rating, 0) * p_total_reviews + 4.0 * 5) / (p_total_reviews + 5), 6);

ALTER FUNCTION tutor_score(tsvector, tsquery, numeric, integer) OWNER TO app_owner;
REVOKE ALL ON FUNCTION tutor_score(tsvector, tsquery, numeric, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tutor_score(tsvector, tsquery, numeric, integer) TO app_user, app_readonly;
COMMENT ON FUNCTION tutor_score(tsvector, tsquery, numeric, integer) IS 'Order of search results: how well the words fit, plus the rating damped by the number of reviews.';
